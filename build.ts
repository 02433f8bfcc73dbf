// Bundles the controller into dist/: `node dist/manager.js` needs nothing else around it.
import { build, type Plugin } from 'esbuild';
import { readFile, rm } from 'node:fs/promises';

/** Of the package's manifest the program needs its version alone. */
const onlyVersion: Plugin = {
  name: 'only-version',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  entryNames: 'manager',
  chunkNames: 'chunks/[hash]',
  bundle: true,
  // What is loaded when it is first needed stands in files of its own, and weighs nothing before.
  splitting: true,
  plugins: [onlyVersion],
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Not minifyIdentifiers: V8 needs 30 MB more to parse the same program with short names, and never gives them back.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // CommonJS packages call require() for Node's own modules; an ES module has none unless it makes one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const outputs = Object.entries(metafile.outputs).filter(([name]) => name.endsWith('.js'));
for (const [name] of outputs) {
  // One letter beyond Latin-1 (esbuild leaves those of regular expressions as they are) doubles the memory of the whole text.
  if (/[^\0-\x7f]/.test(await readFile(name, 'latin1'))) throw new Error(`${name} is not ASCII`);
}
const bytes = outputs.reduce((sum, [, output]) => sum + output.bytes, 0);
process.stdout.write(`dist/manager.js and ${outputs.length - 1} chunks: ${Math.round(bytes / 1024)} KiB\n`);
