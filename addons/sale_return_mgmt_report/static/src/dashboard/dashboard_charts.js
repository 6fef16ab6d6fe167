import { _t } from "@web/core/l10n/translation";
import { formatPercentage } from "@web/views/fields/formatters";

// Okabe and Ito's colours: told apart by colour-blind readers as well.
export const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999"];
const RATE = COLORS[0];
const LIMIT = COLORS[5];
const REST = "#b8c4cc";

const percent = (value) => formatPercentage(value, { digits: [16, 0] });
const exactPercent = (value) => formatPercentage(value, { digits: [16, 1] });

/** The rate over time, and the line that it should stay below. */
export function getTrendConfig(items, threshold) {
    return {
        type: "line",
        data: {
            labels: items.map((item) => item.label),
            datasets: [
                {
                    label: _t("Return Rate"),
                    data: items.map((item) => item.rate),
                    borderColor: RATE,
                    backgroundColor: RATE,
                    pointRadius: 4,
                    pointHitRadius: 12,
                    tension: 0.2,
                    spanGaps: true,
                },
                {
                    label: _t("Threshold"),
                    data: items.map(() => threshold),
                    borderColor: LIMIT,
                    backgroundColor: LIMIT,
                    borderDash: [6, 4],
                    pointRadius: 0,
                    pointHitRadius: 0,
                },
            ],
        },
        options: {
            scales: { y: { beginAtZero: true, ticks: { callback: percent } } },
            plugins: getPlugins("bottom", ({ dataset, raw }) => [dataset.label, raw]),
        },
    };
}

/** Reasons, most first, and what they add up to: those dark that make up 80 %. */
export function getParetoConfig(items) {
    return {
        type: "bar",
        data: {
            labels: items.map((item) => item.name),
            datasets: [
                {
                    type: "line",
                    label: _t("Together"),
                    data: items.map((item) => item.cumulated),
                    borderColor: COLORS[1],
                    backgroundColor: COLORS[1],
                    pointRadius: 3,
                },
                {
                    label: _t("Share"),
                    data: items.map((item) => item.share),
                    backgroundColor: items.map((item) => (item.is_vital ? RATE : REST)),
                },
                {
                    type: "line",
                    label: _t("80 %"),
                    data: items.map(() => 0.8),
                    borderColor: LIMIT,
                    backgroundColor: LIMIT,
                    borderDash: [6, 4],
                    pointRadius: 0,
                    pointHitRadius: 0,
                },
            ],
        },
        options: {
            scales: {
                y: { beginAtZero: true, max: 1, ticks: { callback: percent } },
                x: { ticks: { callback: (_value, index) => shorten(items[index].name) } },
            },
            plugins: getPlugins("bottom", ({ dataset, raw }) => [dataset.label, raw]),
        },
    };
}

/** What becomes of the goods. */
export function getMixConfig(items) {
    return {
        type: "doughnut",
        data: {
            labels: items.map((item) => item.name),
            datasets: [
                {
                    data: items.map((item) => item.share),
                    backgroundColor: items.map((_item, index) => COLORS[index % COLORS.length]),
                },
            ],
        },
        options: {
            plugins: getPlugins("right", ({ label, raw }) => [label, raw]),
        },
    };
}

/** The legend, and what is told of a point: `tell` gives its name and its share. */
function getPlugins(position, tell) {
    return {
        legend: { position, labels: { boxWidth: 12 } },
        tooltip: {
            callbacks: {
                label: (point) => {
                    const [name, share] = tell(point);
                    return `${name}: ${exactPercent(share)}`;
                },
            },
        },
    };
}

function shorten(name) {
    return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}
