import { Http, mount } from "/app/view.js";

mount(document.body, new Http(), { fragment: true });
