// A client of the official TypeScript SDKs that uses a server of mcpwire and fails if anything is not as it has to be.
//
//   node client.mjs v1|v2 legacy|auto|<revision> stdio|http|sse <command or URL>
import assert from 'node:assert/strict';

const [sdk, mode, transport, ...target] = process.argv.slice(2);
const info = { name: 'interop', version: '1.0.0' };
const capabilities = { elicitation: {}, sampling: {}, roots: {} };

const changes = [];
const { client, connection } = sdk === 'v1' ? await makeV1() : await makeV2();

async function makeV1() {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const types = await import('@modelcontextprotocol/sdk/types.js');
  const client = new Client(info, { capabilities });
  client.setRequestHandler(types.ElicitRequestSchema, elicit);
  client.setRequestHandler(types.CreateMessageRequestSchema, sample);
  client.setRequestHandler(types.ListRootsRequestSchema, roots);
  client.setNotificationHandler(types.ToolListChangedNotificationSchema, () => changes.push('tools'));
  const connection = await connectionOf({
    stdio: async () => (await import('@modelcontextprotocol/sdk/client/stdio.js')).StdioClientTransport,
    http: async () => (await import('@modelcontextprotocol/sdk/client/streamableHttp.js')).StreamableHTTPClientTransport,
    sse: async () => (await import('@modelcontextprotocol/sdk/client/sse.js')).SSEClientTransport,
  });
  return { client, connection };
}

async function makeV2() {
  const v2 = await import('@modelcontextprotocol/client');
  const pinned = mode === 'legacy' || mode === 'auto' ? mode : { pin: mode };
  const client = new v2.Client(info, { capabilities, versionNegotiation: { mode: pinned } });
  client.setRequestHandler('elicitation/create', elicit);
  client.setRequestHandler('sampling/createMessage', sample);
  client.setRequestHandler('roots/list', roots);
  client.setNotificationHandler('notifications/tools/list_changed', () => changes.push('tools'));
  const connection = await connectionOf({
    stdio: async () => (await import('@modelcontextprotocol/client/stdio')).StdioClientTransport,
    http: () => v2.StreamableHTTPClientTransport,
    sse: () => v2.SSEClientTransport,
  });
  return { client, connection };
}

async function connectionOf(kinds) {
  const Transport = await kinds[transport]();
  if (transport === 'stdio') {
    return new Transport({ command: target[0], args: target.slice(1), env: process.env });
  }
  return new Transport(new URL(target[0]));
}

function elicit(request) {
  assert.equal(request.params.message, 'Your name?');
  return { action: 'accept', content: { name: 'Ada' } };
}

function sample(request) {
  assert.equal(request.params.messages[0].content.text, 'Say something.');
  return { role: 'assistant', model: 'none', content: { type: 'text', text: 'something' } };
}

function roots() {
  return { roots: [{ uri: 'file:///tmp', name: 'tmp' }] };
}

const text = (result) => result.content[0].text;
const call = (name, args = {}, options) =>
  sdk === 'v1' ? client.callTool({ name, arguments: args }, undefined, options) : client.callTool({ name, arguments: args }, options);

async function until(what, condition) {
  for (let i = 0; i < 6000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`${what} has not happened`);
}

client.onerror = (error) => console.error('onerror:', error.message);
await client.connect(connection);
const modern = sdk === 'v2' && (mode === 'auto' || mode.startsWith('2026')) && transport !== 'sse';
assert.equal(client.getServerVersion().name, 'mcpwire interop');

const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name).sort(), ['ask', 'change', 'echo', 'fail', 'progress', 'sleep']);

// Many calls at a time, each with its own answer; text of all kinds.
const texts = ['', 'x', 'é 漢字 🎉 "\\\n\t\u0000', 'y'.repeat(100_000), ...Array.from({ length: 50 }, (_, i) => `n${i}`)];
const echoed = await Promise.all(texts.map((t) => call('echo', { text: t })));
assert.deepEqual(echoed.map(text), texts);

const failed = await call('fail');
assert.equal(failed.isError, true);
assert.equal(text(failed), 'out of order');
await assert.rejects(call('no such tool'), /no tool/);

const seen = [];
const done = await call('progress', {}, { onprogress: (p) => seen.push(p.progress) });
assert.equal(text(done), 'done');
assert.deepEqual(seen, [1, 2, 3]);

// The server asks back: by a call in sessions, by a result in later revisions. 2024-11-05 knows no elicitation, but nobody minds.
assert.equal(text(await call('ask')), 'Ada said something in tmp');

// A call that is given up ends at the server, too.
const gaveUp = new AbortController();
const sleeping = call('sleep', {}, { signal: gaveUp.signal });
setTimeout(() => gaveUp.abort(), 50);
await assert.rejects(sleeping);
assert.equal(text(await call('echo', { text: 'still here' })), 'still here');

const resources = [];
for (let cursor; ; ) {
  const page = await client.listResources(cursor === undefined ? undefined : { cursor });
  resources.push(...page.resources);
  cursor = page.nextCursor; // v2 has them all at once
  if (cursor === undefined) break;
}
assert.equal(resources.length, 25); // of three pages
assert.equal((await client.readResource({ uri: resources[3].uri })).contents[0].text, 'text of 3');
const { messages } = await client.getPrompt({ name: 'hello', arguments: { who: 'you' } });
assert.equal(messages[0].content.text, 'Hello, you!');

if (modern) {
  const subscription = await client.listen({ toolsListChanged: true });
  await call('change');
  await until('the change of the tools', () => changes.length > 0);
  await subscription.close();
} else {
  assert.deepEqual(await client.ping(), {});
  await call('change');
  await until('the change of the tools', () => changes.length > 0);
}
await client.close();
console.log('ok');
process.exit(0);
