import { createSubscriber } from 'svelte/reactivity'

/** Now, for ages: whoever shows it is drawn anew every five seconds. */
const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 5000)
  return () => clearInterval(timer)
})

export const now = (): number => {
  subscribe()
  return Date.now()
}
