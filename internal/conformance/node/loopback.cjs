// Keeps the suite's servers on this machine: what would listen on all interfaces listens on 127.0.0.1. Load it with node -r. It patches what
// net.Server.listen ends in, since some scenarios ask for the address before an asynchronous listen would have it.
'use strict';
const { Server } = require('node:net');

const listen = Server.prototype._listen2;
if (typeof listen !== 'function') throw new Error('loopback.cjs: this version of Node.js listens in another way');

Server.prototype._listen2 = function (address, port, addressType, ...rest) {
  const everywhere = !address || address === '0.0.0.0' || address === '::';
  const isTCP = port !== undefined && port !== null && Number(port) >= 0;
  return everywhere && isTCP ? listen.call(this, '127.0.0.1', port, 4, ...rest) : listen.call(this, address, port, addressType, ...rest);
};
