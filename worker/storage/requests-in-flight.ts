/**
 * Requests that one call of an adapter has under way at once (I6). A Worker has six connections: these leave as many to an export
 * that goes on beside the sweep.
 */
export const maxRequestsInFlight = 3
