import { parseGoNanoseconds } from '../../flags/go-duration.ts';
import { parseGoInteger } from '../../flags/go-integer.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { Parsed } from '../../flags/parsed.ts';
import { faulty } from '../../flags/parsed.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';

const minute = 60_000_000_000n;

function durationAtLeast(value: string, least: bigint, fault: string): Parsed<bigint> {
  const duration = parseGoNanoseconds(value);
  return duration.ok && duration.value < least ? faulty(fault) : duration;
}

const duration: SpecAnnotation = {
  key: keys.duration,
  read: (value, draft) => {
    const read = durationAtLeast(value, 60n * minute, 'duration must be greater than or equal to 1h0m0s');
    if (!read.ok) return read.fault;
    draft.duration = read.value;
    return undefined;
  },
  remedy: 'Write hours, minutes and seconds, at least 1h: 2160h is 90 days (there is no unit for a day).',
};

const renewBefore: SpecAnnotation = {
  key: keys.renewBefore,
  read: (value, draft) => {
    const read = durationAtLeast(value, 5n * minute, 'renewBefore must be greater than or equal to 5m0s');
    if (!read.ok) return read.fault;
    draft.renewBefore = read.value;
    return undefined;
  },
  remedy: 'Write hours, minutes and seconds, at least 5m: 360h is 15 days (there is no unit for a day).',
};

/** An integer of 32 bits, as Go's strconv.ParseInt names what is wrong with it. */
export function parseInt32(value: string): Parsed<number> {
  const read = parseGoInteger(value, 32);
  if (!read.ok) return faulty(`strconv.ParseInt: parsing ${goQuote(value)}: ${read.fault}`);
  return { ok: true, value: Number(read.value) };
}

const renewBeforePercentage: SpecAnnotation = {
  key: keys.renewBeforePercentage,
  read: (value, draft) => {
    const read = parseInt32(value);
    if (!read.ok) return read.fault;
    draft.renewBeforePercentage = read.value;
    return undefined;
  },
  remedy: 'Write a whole number between 1 and 99, without a percent sign.',
};

export const termAnnotations: readonly SpecAnnotation[] = [duration, renewBefore, renewBeforePercentage];
