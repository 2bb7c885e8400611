import { SluiceError } from '../errors.ts'

/** The answer to an `If-Match` or `If-None-Match` that does not hold (RFC 9110 section 13.1). */
export const notExpected = (type: string, id: string): SluiceError =>
  new SluiceError(
    'precondition-failed',
    `Cannot change ${type}/${id}: its current version is not the one that the request expects`,
  )
