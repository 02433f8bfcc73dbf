import { describe, expect, test } from '@jest/globals';
import { decideValidity, type ValiditySettings } from './validity.ts';

const hour = 3_600_000;
const day = 24 * hour;
const second = 1000;
const baseMs = Date.parse('2026-01-02T03:04:05Z');
const offset = 15 * 60_000;
const arn = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a1b';
const usual = { arn, usageMode: 'GENERAL_PURPOSE', notAfter: new Date(baseMs + 3650 * day) };
const shortLived = { ...usual, usageMode: 'SHORT_LIVED_CERTIFICATE' };
const ending = { ...usual, notAfter: new Date(baseMs + 10 * day) };
const endingShortLived = { ...shortLived, notAfter: new Date(baseMs + 2 * day) };
const endless = { arn, usageMode: 'GENERAL_PURPOSE' };
const settings: ValiditySettings = { defaultDurationMs: 30 * day, clampToCA: false, notBeforeOffsetMs: offset };

type Authority = Parameters<typeof decideValidity>[2];
const decide = (durationMs: number | undefined, authority: Authority, change: Partial<ValiditySettings> = {}) =>
  decideValidity(durationMs, baseMs, authority, { ...settings, ...change });

describe('what is given as it is', () => {
  test.each<[string, number | undefined, Authority, Partial<ValiditySettings>, number]>([
    ['one hour', hour, usual, {}, hour],
    ['one hour of a short-lived CA', hour, shortLived, {}, hour],
    ['seven days of a short-lived CA', 7 * day, shortLived, {}, 7 * day],
    ['until the very end of the CA', 10 * day, ending, {}, 10 * day],
    ['until the second in which the CA ends', 10 * day + 999, ending, {}, 10 * day + 999],
    ['anything of a CA whose end is not known', 9999 * day, endless, {}, 9999 * day],
    ['the default', undefined, usual, {}, 30 * day],
    ["the issuer's default", undefined, usual, { defaultDurationMs: 90 * day, notBeforeOffsetMs: 0 }, 90 * day],
    ['the default, shortened to the end of the CA', undefined, ending, {}, 10 * day],
    ['the default, shortened for a short-lived CA', undefined, shortLived, {}, 7 * day - offset],
    ['a default that a short-lived CA can give', undefined, shortLived, { defaultDurationMs: day }, day],
    ['the default, shortened for both', undefined, endingShortLived, {}, 2 * day],
  ])('%s', (_, durationMs, authority, change, expected) => {
    for (const clampToCA of [false, true]) {
      const end = { kind: 'end', endMs: baseMs + expected };
      expect(decide(durationMs, authority, { ...change, clampToCA })).toEqual(end);
    }
  });
});

describe('what the CA cannot give', () => {
  test.each<[string, number, Authority, number, RegExp]>([
    [
      'a second beyond seven days of a short-lived CA',
      7 * day + second,
      shortLived,
      7 * day - offset,
      /until 2026-01-09T03:04:06Z, but the CA .* is in mode SHORT_LIVED_CERTIFICATE and signs for 7 days at most, until 2026-01-09T03:04:05Z/,
    ],
    [
      'a second beyond the CA',
      10 * day + second,
      ending,
      10 * day,
      /until 2026-01-12T03:04:06Z, but the certificate of the CA .* ends at 2026-01-12T03:04:05Z/,
    ],
    ['beyond mode and CA', 90 * day, endingShortLived, 2 * day, /ends at 2026-01-04T03:04:05Z/],
  ])('%s is refused with the dates, or shortened', (_, durationMs, authority, given, message) => {
    expect(decide(durationMs, authority)).toEqual({
      kind: 'rejected',
      code: 'ValidityExceedsAuthority',
      message: expect.stringMatching(message),
    });
    expect(decide(durationMs, authority)).toHaveProperty(
      'message',
      expect.stringMatching(/Ask for a shorter duration.*spec\.validity\.clampToCA: true/),
    );
    expect(decide(durationMs, authority, { clampToCA: true })).toEqual({
      kind: 'end',
      endMs: baseMs + given,
      shortenedFromMs: baseMs + durationMs,
    });
  });
});
