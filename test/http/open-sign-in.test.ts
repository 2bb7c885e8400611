import { expect, test } from 'vitest'
import { createHarness } from '../support/harness.ts'

/** With `AUTH=open` there are no administrators, and whoever tries to become one is told why that is in vain. */
test.each([
  ['session', { way: 'access-key', accessKey: 'slk_x' }],
  ['session', { way: 'passkey' }],
  ['enrolment', { secret: 'A'.repeat(43), step: 'start' }],
  ['enrolment', { secret: 'A'.repeat(43), step: 'access-key' }],
  ['setup', { setupToken: 'A'.repeat(43), name: 'Ada' }],
])('POST /admin/api/%s with %j says that nobody signs in where AUTH=open', async (path, body) => {
  const h = await createHarness()
  for (const form of [{}, { 'x-sluice-form': '1' }]) {
    const response = await h.request(`/admin/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...form },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('with AUTH=open nobody signs in here')
  }
  expect(await h.deps.db.query.selectFrom('audit_event').selectAll().execute()).toEqual([])
  h.close()
})
