{
    "name": "Sales Returns Reporting",
    "summary": "Analysis of sales returns: reasons, quantities and credits",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Returns Contributors",
    "website": "https://github.com/sale-return-mgmt/sale-return-mgmt",
    "license": "LGPL-3",
    "depends": ["sale_return_mgmt"],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "report/sale_return_report_views.xml",
        "views/sale_return_report_menus.xml",
    ],
}
