import { buildDashboard, isStale } from '../../worker/deploy/build-web.ts'

/** Before all tests: what serves the dashboard wants its files, and `wrangler` does not start without their folder. */
export default (): void => {
  if (!isStale()) return
  const problem = buildDashboard()
  if (problem !== undefined) throw new Error(`Cannot build the dashboard: ${problem}`)
}
