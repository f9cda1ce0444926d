export { type FeedbackView, giveFeedback, listFeedback } from './feedback'
export { type PreparedChat, prepareChat } from './prepare'
export { type ChatInfo, getChatInfo, getServing, listServedModels, type Serving } from './serving'
export { getTurn, storeTurn, type TurnView } from './turn'
