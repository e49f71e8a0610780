// Waits until a server accepts connections. The harness enforces the deadline.
const net = require('node:net');
const [host, port] = process.argv.slice(2);
const attempt = () => {
  const socket = net.connect({ host, port: Number(port) }, () => process.exit(0));
  socket.on('error', () => setTimeout(attempt, 50));
};
attempt();
