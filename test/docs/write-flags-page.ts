import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderFlagsPage } from './flags-page.ts';

writeFileSync(path.join(import.meta.dirname, '../../docs/flags.md'), renderFlagsPage());
