import { messageOf } from './api/client.ts'

export type Asking = ReturnType<typeof makeAsking>

/** What a form asks of the service, one thing at a time, and what went wrong with the last, in words. */
export const makeAsking = (explain: (error: unknown) => string = messageOf) => {
  let isAsking = $state(false)
  let problem = $state('')

  const ask = async (step: () => Promise<void>): Promise<void> => {
    problem = ''
    isAsking = true
    try {
      await step()
    } catch (error) {
      problem = explain(error)
    } finally {
      isAsking = false
    }
  }
  /** Says what is wrong before anything is asked. */
  const refuse = (sentence: string): void => {
    problem = sentence
  }
  return {
    ask,
    refuse,
    get isAsking() {
      return isAsking
    },
    get problem() {
      return problem
    },
  }
}
