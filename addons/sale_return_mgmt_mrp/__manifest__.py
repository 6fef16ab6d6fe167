{
    "name": "Sales Returns of Kits",
    "summary": "Kits come back whole or by component",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Returns Contributors",
    "website": "https://github.com/sale-return-mgmt/sale-return-mgmt",
    "license": "LGPL-3",
    "depends": ["sale_return_mgmt", "sale_mrp"],
    "data": ["views/sale_return_order_views.xml"],
    "auto_install": True,
}
