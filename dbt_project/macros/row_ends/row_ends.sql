{#-
    Where the rows of every raw table end: the only list, in one macro per kind of system.
    A new source is followed by an entry for each of its tables.

    - `people: [columns of the key]`: a record of a person. Readers find it in customer_records.
    - `fact` with `key`: what a row becomes, and by which reference; int_customer_360__row_ends knows the facts. Where it
      depends on the row, `fact` names all of them and `fact_by` is the SQL that tells which. Several rows may become one
      (invoices of an order).
      `of` is the record of a person a row names, as [resource, columns of the key]; `names` the same as SQL, NULL for nobody.
      `left_out` maps a cause to the condition under which a row becomes nothing readers see; the first that holds counts.
      A row that is not found and has no cause is unexplained: a condition says what the vendor told, not what a model made.
      `from` is what is read where the staging model alone does not tell; @name stands for a model.
    - `counted`: a whole SELECT with fact, reference, cause, node_id and row_count, where a row itself leaves no reference.
    - `serves`: its rows lend words or keys to other rows. `unread`: no model reads them, so nothing is published of them.
-#}
{% macro row_ends() %}
{%- set ends = {} %}
{%- for some in [
    row_ends_of_crm(), row_ends_of_erp(), row_ends_of_billing(), row_ends_of_questionnaires(), row_ends_of_support(),
    row_ends_of_outside()
] %}
    {%- do ends.update(some) %}
{%- endfor %}
{{ return(ends) }}
{% endmacro %}


{#- Raw tables that hold the ids a source listed last, landed beside what they list as <resource>_keys. -#}
{% macro listed_ids() %}
{{ return({
    'hubspot': ['contacts', 'companies', 'deals'],
    'business_central': [
        'customers', 'items', 'sales_orders', 'sales_invoices', 'sales_credit_memos', 'customer_payments'
    ],
    'surveymonkey': ['responses'],
    'brandwatch': ['mentions'],
    'erp_postgres': ['partners', 'sale_orders', 'sale_order_lines', 'account_moves'],
    'qualtrics': ['responses'],
    'intercom': ['contacts', 'conversations'],
    'sprout_social': ['messages'],
    'letters': ['letters'],
}) }}
{% endmacro %}
