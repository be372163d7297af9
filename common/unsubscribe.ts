/** Ends a subscription. Calling it twice does nothing. */
export type Unsubscribe = () => void;
