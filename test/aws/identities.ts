import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/system/clock.ts';
import { isDenied, type Action } from './policies.ts';
import type { Denial, Identity, IdentityOptions, Role, RoleOptions } from './model.ts';

/** Who called: the principal and the key it signed with. */
export interface Caller {
  /** ARN as GetCallerIdentity reports it. */
  readonly arn: string;
  readonly account: string;
  readonly partition: string;
  readonly userId: string;
  /** The user, or the role behind a session: what policies name. */
  readonly principal: string;
  readonly accessKeyId: string;
  /** A session of a role must not assume another for longer than an hour. */
  readonly isSession: boolean;
}

export interface AccessKey {
  readonly caller: Caller;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Epoch milliseconds; undefined for a user's lasting key. */
  expiresAt: number | undefined;
}

export interface StoredRole extends Role {
  readonly options: RoleOptions;
  readonly partition: string;
  readonly roleId: string;
}

const DEFAULT_ACCOUNT = '111122223333';

/** Users, roles, access keys and what is denied to them. */
export class Identities {
  readonly #clock: Clock;
  readonly #keys = new Map<string, AccessKey>();
  readonly #roles = new Map<string, StoredRole>();
  #denials: Denial[] = [];
  #users = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  createUser(options: IdentityOptions = {}): Identity {
    const { account = DEFAULT_ACCOUNT, partition = 'aws', name = `user-${++this.#users}` } = options;
    const arn = `arn:${partition}:iam::${account}:user/${name}`;
    const userId = `AIDA${randomId()}`;
    const caller = { arn, account, partition, userId, principal: arn, isSession: false };
    return this.addKey(caller, options.temporarySeconds);
  }

  createKey(arn: string): Identity {
    const existing = [...this.#keys.values()].find(({ caller }) => caller.arn === arn && !caller.isSession);
    if (!existing) throw new Error(`no user ${arn}`);
    return this.addKey(existing.caller);
  }

  addKey(principal: Omit<Caller, 'accessKeyId'>, temporarySeconds?: number): Identity {
    const isTemporary = temporarySeconds !== undefined;
    const accessKeyId = `${isTemporary ? 'ASIA' : 'AKIA'}${randomId()}`;
    const secretAccessKey = randomBytes(30).toString('base64');
    const sessionToken = isTemporary ? randomBytes(96).toString('base64') : undefined;
    const expiresAt = isTemporary ? this.#clock.now() + temporarySeconds * 1000 : undefined;
    this.#keys.set(accessKeyId, { caller: { ...principal, accessKeyId }, secretAccessKey, sessionToken, expiresAt });
    const { arn, account } = principal;
    const temporary = isTemporary ? ({ sessionToken, expiresAt } as { sessionToken: string; expiresAt: number }) : {};
    return { arn, account, accessKeyId, secretAccessKey, ...temporary };
  }

  findKey(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  deleteKey(accessKeyId: string): void {
    if (!this.#keys.delete(accessKeyId)) throw new Error(`no access key ${accessKeyId}`);
  }

  expireKey(accessKeyId: string): void {
    const key = this.#keys.get(accessKeyId);
    if (key?.expiresAt === undefined) throw new Error(`no temporary access key ${accessKeyId}`);
    key.expiresAt = this.#clock.now();
  }

  createRole(options: RoleOptions): Role {
    const { account = DEFAULT_ACCOUNT, partition = 'aws', name } = options;
    const arn = `arn:${partition}:iam::${account}:role/${name}`;
    this.#roles.set(arn, { arn, account, partition, options, roleId: `AROA${randomId()}` });
    return { arn, account };
  }

  deleteRole(arn: string): void {
    if (!this.#roles.delete(arn)) throw new Error(`no role ${arn}`);
  }

  findRole(arn: string): StoredRole | undefined {
    return this.#roles.get(arn);
  }

  deny(denial: Denial): void {
    this.#denials.push(denial);
  }

  clearDenials(): void {
    this.#denials = [];
  }

  isDenied(caller: Caller, action: Action): boolean {
    return this.isDeniedTo(caller.principal, action);
  }

  /** The same for a user or role by its ARN. */
  isDeniedTo(principal: string, action: Action): boolean {
    return isDenied(this.#denials, principal, action);
  }
}

/** 16 characters of the alphabet that AWS's unique identifiers use. */
function randomId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return [...randomBytes(16)].map((byte) => alphabet.charAt(byte % 32)).join('');
}
