// Node strips the types itself when it runs a .ts file; jest loads modules through its own loader, so this does the
// same there. Types are blanked in place: line numbers and columns stay those of the source.
import { stripTypeScriptTypes } from 'node:module';

export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
