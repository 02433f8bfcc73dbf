/** The name under which the controllers own fields (server-side apply), the same in every version and replica. */
export const fieldManager = 'aws-privateca-issuer';
