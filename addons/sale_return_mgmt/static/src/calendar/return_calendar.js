import { registry } from "@web/core/registry";
import { calendarView } from "@web/views/calendar/calendar_view";

registry.category("views").add("sale_return_calendar", calendarView);
