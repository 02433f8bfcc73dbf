/** The name under which the controllers own fields, the same in every version and replica. */
export const fieldManager = 'aws-privateca-issuer';
