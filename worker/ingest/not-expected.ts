import { SluiceError } from '../errors.ts'

/** The answer to an `If-Match` that names another version than the current one (RFC 9110 section 13.1.1). */
export const notExpected = (type: string, id: string): SluiceError =>
  new SluiceError(
    'precondition-failed',
    `Cannot change ${type}/${id}: If-Match names another version than the current one`,
  )
