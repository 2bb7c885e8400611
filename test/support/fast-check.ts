import fc from 'fast-check'

/**
 * `fast-check`, that stops within what vitest gives a test: a property that fails on a slow machine shows what it has shrunk to by then,
 * and its seed, where it would only be said to have taken too long.
 */
fc.configureGlobal({ interruptAfterTimeLimit: 50_000 })

export default fc
