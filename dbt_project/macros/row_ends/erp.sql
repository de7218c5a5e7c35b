{#- Where the rows of merchandise systems end (row_ends.sql). -#}

{% macro row_ends_of_erp() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{%- set bc_order = "'business_central:' || company_id || '/' || " %}
{{ return({
    'business_central': {
        'companies': {'unread': 'our own companies'},
        'customers': {'people': ['company_id', 'customer_id']},
        'items': {'unread': 'products'},
        'sales_orders': {
            'fact': 'orders', 'key': bc_order ~ 'order_number', 'of': ['customers', 'company_id', 'customer_id'],
            'left_out': {'deleted at the source': 'is_deleted', 'has no number yet': 'order_number is null'},
        },
        'sales_invoices': {
            'fact': 'orders', 'key': bc_order ~ 'coalesce(order_number, invoice_number)',
            'of': ['customers', 'company_id', 'customer_id'],
            'left_out': {
                'deleted at the source': 'is_deleted', 'has no number yet': 'coalesce(order_number, invoice_number) is null',
            },
        },
        'sales_credit_memos': {
            'fact': 'orders', 'key': "'business_central:' || company_id || '/' || order_number",
            'of': ['customers', 'company_id', 'customer_id'],
            'from': '(select credits.*, invoices.order_number from @stg_business_central__sales_credit_memos as credits'
                ~ ' left join (select company_id, invoice_number, min(coalesce(order_number, invoice_number)) as order_number'
                ~ ' from @stg_business_central__sales_invoices where not is_deleted group by company_id, invoice_number)'
                ~ ' as invoices on credits.company_id = invoices.company_id'
                ~ ' and credits.invoice_number = invoices.invoice_number)',
            'left_out': {
                'deleted at the source': 'is_deleted',
                'draft or cancelled': "status in ('draft', 'canceled')",
                'credits no invoice that is there': 'order_number is null',
            },
        },
        'customer_payments': {'unread': 'payments: an invoice says itself whether it is paid'},
    },
    'netsuite': {
        'currencies': {'serves': 'the currency of orders'},
        'customers': {
            'fact': 'customer_records, accounts',
            'fact_by': "case when is_person then 'customer_records' else 'accounts' end",
            'key': "case when is_person then " ~ node_id('netsuite', 'customers', ['customer_id'])
                ~ " else 'netsuite:' || customer_id end",
            'names': "case when is_person then " ~ node_id('netsuite', 'customers', ['customer_id']) ~ " end",
            'left_out': {'deleted at the source': 'not is_person and is_deleted'},
        },
        'addresses': {'serves': 'the address of customers'},
        'items': {'unread': 'products'},
        'transactions': {
            'fact': 'orders', 'key': "'netsuite:' || order_key", 'of': ['customers', 'customer_id'],
            'from': netsuite_documents(), 'left_out': netsuite_documents_left_out(),
        },
        'transaction_lines': {
            'fact': 'orders', 'key': "'netsuite:' || order_key", 'of': ['customers', 'customer_id'],
            'from': '(select documents.*, lines.is_deleted as is_line_deleted from @stg_netsuite__transaction_lines as lines left join '
                ~ netsuite_documents() ~ ' as documents on lines.transaction_id = documents.transaction_id)',
            'left_out': dict({
                'deleted at the source': 'is_line_deleted or is_deleted',
                'of a document that is gone': 'transaction_id is null',
            }, **netsuite_documents_left_out()),
        },
        'deleted_records': {'serves': 'what was deleted'},
    },
    'erp_postgres': {
        'countries': {'serves': 'the country of customers'},
        'currencies': {'serves': 'the currency of orders'},
        'partners': {
            'fact': 'customer_records, accounts',
            'fact_by': "case when is_company then 'accounts' else 'customer_records' end",
            'key': "case when is_company then 'erp_postgres:' || partner_id else "
                ~ node_id('erp_postgres', 'partners', ['partner_id']) ~ " end",
            'names': "case when not is_company then " ~ node_id('erp_postgres', 'partners', ['partner_id']) ~ " end",
            'left_out': {
                'deleted at the source': 'is_company and is_deleted',
                'address of a record of its own': "not is_company and coalesce(partner_type <> 'contact', true)",
            },
        },
        'product_templates': {'unread': 'products'},
        'products': {'unread': 'products'},
        'sale_orders': {
            'fact': 'orders', 'key': "'erp_postgres:' || sale_order_id", 'of': ['partners', 'partner_id'], 'left_out': deleted,
        },
        'sale_order_lines': {'unread': 'lines: an order says itself what it comes to'},
        'account_moves': {
            'fact': 'orders', 'key': "'erp_postgres:' || sale_order_id", 'of': ['partners', 'partner_id'],
            'from': "(select moves.*, orders.sale_order_id from @stg_erp_postgres__account_moves as moves"
                ~ " left join @stg_erp_postgres__account_moves as invoices on moves.reversed_move_id = invoices.account_move_id"
                ~ " left join (select order_number, min(sale_order_id) as sale_order_id from @stg_erp_postgres__sale_orders"
                ~ " where not is_deleted group by order_number) as orders"
                ~ " on trim(split_part(coalesce(invoices.order_numbers, moves.order_numbers), ',', 1)) = orders.order_number)",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'draft or cancelled': "coalesce(state <> 'posted', true)",
                'no invoice of a customer': "coalesce(move_type not in ('out_invoice', 'out_refund'), true)",
                'of no order that is there': 'sale_order_id is null',
            },
        },
    },
}) }}
{% endmacro %}


{#- NetSuite's documents with the order they belong to: an invoice names what it was made from, a credit memo an invoice. -#}
{% macro netsuite_documents() -%}
    (
        select
            documents.*,
            case
                when documents.transaction_type = 'credit_memo'
                    then case
                        when invoices.transaction_id is not null
                            then coalesce(invoice_origins.created_from_id, invoices.transaction_id)
                    end
                when documents.transaction_type = 'invoice' then coalesce(origins.created_from_id, documents.transaction_id)
                else documents.transaction_id
            end as order_key
        from @stg_netsuite__transactions as documents
        left join ({{ netsuite_origins() }}) as origins on documents.transaction_id = origins.transaction_id
        left join @stg_netsuite__transactions as invoices
            on
                origins.created_from_id = invoices.transaction_id
                and invoices.transaction_type = 'invoice'
                and not invoices.is_deleted
        left join ({{ netsuite_origins() }}) as invoice_origins on invoices.transaction_id = invoice_origins.transaction_id
    )
{%- endmacro %}


{% macro netsuite_origins() -%}
    select transaction_id, max(created_from_id) as created_from_id
    from @stg_netsuite__transaction_lines
    where not is_deleted
    group by transaction_id
{%- endmacro %}


{% macro netsuite_documents_left_out() %}
{{ return({
    'deleted at the source': 'is_deleted',
    'neither order, invoice nor credit memo': 'transaction_type is null',
    'voided': "transaction_type = 'credit_memo' and is_voided",
    'credits no invoice that is there': 'order_key is null',
}) }}
{% endmacro %}
