import { type RawBuilder, sql } from 'kysely'
import { type JobEvent, statesBefore, transition } from '../../schema/job-state.ts'

/** SQL: the job is in a state this event may come from. Literal, so that the planner matches it with the partial indexes. */
export const mayHappen = (event: JobEvent): RawBuilder<unknown> =>
  sql.raw(`state in (${statesBefore(event).map(quote).join(', ')})`)

/** SQL: the state after the event, from each state it may come from. */
export const stateAfter = (event: JobEvent): RawBuilder<unknown> => {
  const cases = statesBefore(event).map(
    (state) => `when ${quote(state)} then ${quote(transition(state, event) ?? state)}`,
  )
  return sql.raw(`case state ${cases.join(' ')} else state end`)
}

const quote = (state: string): string => `'${state}'`
