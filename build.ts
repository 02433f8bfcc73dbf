// Bundles the controller into dist/manager.js: `node dist/manager.js` needs nothing else around it.
import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';

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

const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/manager.js',
  bundle: true,
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
const [output] = Object.entries(metafile.outputs).filter(([name]) => name.endsWith('.js'));
// One letter beyond Latin-1 (esbuild leaves those of regular expressions as they are) doubles the memory of the whole text.
if (/[^\0-\x7f]/.test(await readFile('dist/manager.js', 'latin1'))) throw new Error('dist/manager.js is not ASCII');
process.stdout.write(`${output?.[0] ?? ''}: ${Math.round((output?.[1].bytes ?? 0) / 1024)} KiB\n`);
