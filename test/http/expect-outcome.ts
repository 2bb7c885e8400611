import { expect } from 'vitest'
import { schemas } from '../../worker/http/openapi-schemas.ts'

/** The diagnostics of an error answer, once it has been seen to be one: an OperationOutcome in FHIR JSON with this code. */
export const expectOutcome = async (response: Response, status: number, code: string): Promise<string> => {
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(new RegExp(`^${status} \\{`))
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  const [issue] = schemas.OperationOutcome.parse(JSON.parse(text)).issue
  expect(issue?.code).toBe(code)
  return issue?.diagnostics ?? ''
}
