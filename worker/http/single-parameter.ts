import { SluiceError } from '../errors.ts'

/** The value of a parameter that may be given once; throws `invalid` for more of them. */
export const singleParameter = (query: URLSearchParams, name: string): string | undefined => {
  const [first, ...others] = query.getAll(name)
  if (others.length > 0) throw unreadable(name, 'it is given more than once')
  return first
}

export const unreadable = (name: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "${name}": ${reason}`)
