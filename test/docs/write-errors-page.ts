import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderErrorsPage } from './errors-page.ts';

writeFileSync(path.join(import.meta.dirname, '../../docs/errors.md'), renderErrorsPage());
