// What the bundle gives: the page in any element. It starts nothing by itself.

export { mount } from "./mount";
export { Http } from "./transport";
export { Player, channelsOf } from "./player";
export { default } from "./notebook";
