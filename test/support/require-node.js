// Plain JavaScript, so that a Node that is too old can still say so.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Node.js 24 or newer is needed; this is ${process.versions.node}. "npm ci" installs it into node_modules ` +
      '(package "node"), unless install scripts are switched off: allow them for "node" and "esbuild", or install Node.js 24.',
  );
  process.exit(1);
}
