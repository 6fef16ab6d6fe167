// What runs in the page while tests/walking.py walks through the web client.
(() => {
    const QUIET = 60; // milliseconds without a request
    const PATIENCE = 60_000;
    const SCREEN = ".o_action_manager, .o_dialog, .o-overlay-container, .o_notification_manager";
    // What people wrote, and not the program: messages, and what is typed into fields.
    const WRITTEN =
        ".o-mail-Message, .o-mail-Activity, .o-mail-Followers, .o-mail-AttachmentContainer, .o-mail-AttachmentList, .o_field_html, code, script, style";
    const ATTRIBUTES = ["placeholder", "title", "aria-label", "alt", "data-tooltip"];
    const ARCH = ["string", "placeholder", "title", "help", "confirm", "confirm-title", "confirm-label", "cancel-label", "sum", "avg", "aria-label"];
    const NAME = "退货"; // of actions that have none
    const pending = new Map();
    let last = 0;
    let number = 0;
    const walk = (window.walk = { refusals: [], views: [], calls: [] });

    function started(url) {
        pending.set(++number, url);
        return number;
    }

    function ended(which) {
        pending.delete(which);
        last = performance.now();
    }

    function read(url, body, text) {
        let answer;
        try {
            answer = JSON.parse(text);
        } catch {
            return;
        }
        const call = /\/call_(kw|button)/.test(url) && JSON.parse(body).params;
        const name = call ? `${call.model}.${call.method}` : url;
        if (call) {
            walk.calls.push(name);
        }
        if (answer?.error) {
            const { name: type, message } = answer.error.data || answer.error;
            walk.refusals.push({ call: name, type, message });
        } else if (call?.method === "get_views" && answer?.result) {
            walk.views.push(...readViews(call.model, answer.result));
        }
    }

    // The texts of all views and fields, also of what is not shown now.
    function readViews(model, { views, models }) {
        const texts = [];
        for (const [type, { arch }] of Object.entries(views)) {
            const tree = new DOMParser().parseFromString(arch, "text/xml");
            for (const node of tree.querySelectorAll("*")) {
                for (const name of ARCH) {
                    texts.push([node.getAttribute(name), `${model} ${type}`]);
                }
                for (const child of node.childNodes) {
                    if (child.nodeType === Node.TEXT_NODE) {
                        texts.push([child.nodeValue, `${model} ${type}`]);
                    }
                }
            }
            const buttons = [...tree.querySelectorAll("header > button[type=object]")];
            const names = buttons.map((button) => button.getAttribute("name"));
            walk.headers = { ...walk.headers, [`${model} ${type}`]: [...new Set(names)] };
        }
        for (const [of, { fields }] of Object.entries(models)) {
            for (const field of Object.values(fields)) {
                const said = [field.string, field.help, ...(field.selection || []).map((each) => each[1])];
                texts.push(...said.map((text) => [text, `${of} fields`]));
            }
        }
        return texts.filter(([text]) => text?.trim());
    }

    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) {
        this.walkUrl = String(url);
        return open.call(this, method, url, ...rest);
    };
    XMLHttpRequest.prototype.send = function (body) {
        const which = started(this.walkUrl);
        this.addEventListener("loadend", () => {
            ended(which);
            if (typeof body === "string" && ["", "text"].includes(this.responseType)) {
                read(this.walkUrl, body, this.responseText);
            }
        });
        return send.call(this, body);
    };
    const { fetch } = window;
    window.fetch = async function (resource, ...rest) {
        const which = started(resource.url || String(resource));
        try {
            return await fetch.call(this, resource, ...rest);
        } finally {
            ended(which);
        }
    };

    /** Wait until no request was under way for a moment. */
    walk.idle = () =>
        new Promise((resolve, reject) => {
            const begin = (last = performance.now());
            const look = () => {
                const now = performance.now();
                if (!pending.size && now - last > QUIET) {
                    requestAnimationFrame(() => resolve());
                } else if (now - begin > PATIENCE) {
                    reject(new Error(`still waiting for ${[...pending.values()]}`));
                } else {
                    setTimeout(look, 15);
                }
            };
            look();
        });

    const frame = () => new Promise(requestAnimationFrame);
    const env = () => odoo.__WOWL_DEBUG__.root.env;
    const action = () => env().services.action;

    function where() {
        const controller = action().currentController;
        const { action: shown, view } = controller;
        return {
            name: shown.name,
            model: shown.res_model || shown.tag,
            help: shown.help && new DOMParser().parseFromString(shown.help, "text/html").body.innerText,
            view: view?.type,
            views: (shown.views || []).map(([, type]) => type),
            creates: Boolean(document.querySelector(".o_list_button_add, .o-kanban-button-new")),
        };
    }

    walk.menus = () => env().services.menu.getAll();

    walk.open = async (request, options = {}) => {
        await action().doAction(request, { clearBreadcrumbs: true, ...options });
        await walk.idle();
        return where();
    };

    walk.form = (model, id) =>
        walk.open({ type: "ir.actions.act_window", name: NAME, res_model: model, res_id: id, views: [[false, "form"]] });

    walk.list = (model, id) =>
        walk.open({ type: "ir.actions.act_window", name: NAME, res_model: model, domain: [["id", "=", id]], views: [[false, "list"]] });

    walk.switch = async (type, props) => {
        await action().switchView(type, props);
        await walk.idle();
        return where();
    };

    walk.where = where;

    /** Each text that is to be seen or heard now, once. */
    walk.texts = (within = SCREEN) => {
        const found = new Set();
        for (const screen of document.querySelectorAll(within)) {
            const walker = document.createTreeWalker(screen, NodeFilter.SHOW_ALL);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
                if (!(element instanceof Element) || element.closest(WRITTEN)) {
                    continue;
                }
                if (node.nodeType === Node.TEXT_NODE) {
                    if (node.nodeValue.trim() && element.checkVisibility()) {
                        found.add(node.nodeValue.trim());
                    }
                } else if (element.checkVisibility()) {
                    for (const name of ATTRIBUTES) {
                        found.add(element.getAttribute(name)?.trim());
                    }
                    const info = element.dataset.tooltipInfo;
                    if (info) {
                        const { field = {} } = JSON.parse(info);
                        found.add(field.label).add(field.help || null);
                    }
                }
            }
        }
        return [...found].filter(Boolean);
    };

    /** Tell, and forget, what went on since this was asked last, and what is here now. */
    walk.look = (ours, within = SCREEN) => {
        const { refusals, views, calls, headers = {} } = walk;
        Object.assign(walk, { refusals: [], views: [], calls: [] });
        return {
            refusals,
            views,
            calls,
            headers,
            texts: walk.texts(within),
            error: document.querySelector(".o_error_dialog")?.innerText,
            nameless: ours ? walk.nameless(within) : [],
            pale: ours ? walk.pale(within) : [],
        };
    };

    /** Look at each tab of a form: [[its name, what walk.look tells], …]. */
    walk.tabs = async (ours) => {
        const told = [];
        for (const tab of document.querySelectorAll(".o_notebook .nav-link")) {
            if (tab.checkVisibility() && !tab.closest(".o_dialog")) {
                tab.click();
                await frame();
                await frame();
                if (pending.size) {
                    await walk.idle();
                }
                told.push([tab.innerText, walk.look(ours, ".o_notebook .tab-pane.active")]);
            }
        }
        return told;
    };

    /** Wait until a method was called, or a dialog asks something. */
    walk.pressed = (name) => walk.calls.includes(name) || Boolean(document.querySelector(".o_dialog"));
})();
