import { writeFileSync } from 'node:fs';
import { renderPublicRequestsPage } from './public-requests-page.ts';

writeFileSync('docs/public-certificate-requests.md', renderPublicRequestsPage());
