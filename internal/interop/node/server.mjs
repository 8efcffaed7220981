// A server of the official TypeScript SDK, version 2, for both eras: on standard input and output, or on a port of its own, whose address
// it prints.
//
//   node server.mjs stdio|http
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServer } from 'node:http';
import { z } from 'zod';

function make() {
  const server = new McpServer({ name: 'typescript', version: '1.0.0' }, { capabilities: { tools: {} }, instructions: 'Be kind.' });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({ content: [{ type: 'text', text }] }));
  server.registerTool('fail', { inputSchema: z.object({}) }, () => ({ isError: true, content: [{ type: 'text', text: 'out of order' }] }));
  server.registerTool('progress', { inputSchema: z.object({}) }, async (_, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (let progress = 1; progress <= 3; progress++) {
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
}

if (process.argv[2] === 'stdio') {
  serveStdio(make);
} else {
  const handler = createMcpHandler(make);
  const http = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const headers = new Headers();
    for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const body = req.method === 'POST' ? Buffer.concat(chunks) : undefined;
    const answer = await handler.fetch(new Request(`http://${req.headers.host}${req.url}`, { method: req.method, headers, body, signal: gone.signal }));
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) for await (const chunk of answer.body) res.write(chunk);
    res.end();
  });
  http.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${http.address().port}/mcp`));
  process.stdin.on('end', () => process.exit(0)).resume(); // whoever has started it has gone
}
