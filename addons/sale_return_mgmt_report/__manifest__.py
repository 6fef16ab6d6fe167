{
    "name": "Sales Returns Reporting",
    "summary": "Analysis of sales returns: rates, reasons, costs and credits",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Returns Contributors",
    "website": "https://github.com/sale-return-mgmt/sale-return-mgmt",
    "license": "LGPL-3",
    "depends": ["sale_return_mgmt"],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "data/sale_return_reason_data.xml",
        "views/sale_return_disposition_views.xml",
        "report/sale_return_report_views.xml",
        "report/sale_return_rate_report_views.xml",
        "views/sale_return_report_menus.xml",
    ],
}
