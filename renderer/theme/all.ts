/** Every style sheet of the screens, in the order in which they give way to each other. Used by the kiosk's page and by the bench, which shows the same screens. */
import './tokens.css';
import './base.css';
import './screens.css';
import './landscape.css';
import './large-print.css';
import './low-reach.css';
import './voucher.css';
import './present.css';
import './bank-card.css';
import './statement.css';
import './support.css';
import './loss.css';
import './desk.css';
import './chat.css';
import './pending-load.css';
import './right-to-left.css';
import './maintenance.css';
