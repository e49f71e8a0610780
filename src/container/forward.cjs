// Forwards ports within Logto's container:
// - 443, where `huggingface.co` leads by the hosts file, to the mock on the host
//   (the file `mock` names it; it is read for every connection, since a container
//   that is used again has another mock),
// - the published ports to Logto's own, for a Logto that asks itself by its ENDPOINT.
const fs = require('node:fs');
const net = require('node:net');

const say = (line) => console.log(`[logto-testkit] ${line}`);
const mock = () => {
  const [host, port] = fs.readFileSync('/logto-testkit/mock', 'utf8').trim().split(' ');
  return { host, port: Number(port) };
};

const forward = (port, target) => {
  const server = net.createServer((client) => {
    const upstream = net.connect(target());
    client.on('error', () => upstream.destroy());
    upstream.on('error', (error) => {
      say(`forward ${port} ${error.message}`);
      client.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.on('error', (error) => say(`forwarder ${port} ${error.message}`));
  server.listen(port, '127.0.0.1');
};

forward(443, mock);
for (const pair of process.argv.slice(2)) {
  const [published, own] = pair.split('=').map(Number);
  forward(published, () => ({ host: '127.0.0.1', port: own }));
}

// Told at once, rather than as a failed sign-in: a firewall may stand between.
const probe = net.connect(mock(), () => {
  say('mock reached');
  probe.destroy();
});
probe.setTimeout(5000, () => probe.destroy(new Error('no answer in 5 s')));
probe.on('error', (error) => say(`mock unreachable ${error.message}`));
