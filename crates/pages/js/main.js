// Starts the components of the design system and what Kith adds to them.
import { initAll } from "./nhsuk.js";
import { startKith } from "./kith.js";

initAll();
startKith();
