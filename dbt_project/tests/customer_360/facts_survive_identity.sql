-- Joining customers on neither drops nor multiplies facts.

{%- set facts = {
    'fct_feedback': 'feedback_models',
    'fct_cases': 'case_models',
    'fct_orders': 'order_models',
    'fct_subscriptions': 'contract_models',
    'fct_billing_periods': 'billing_period_models',
    'fct_social_posts': 'social_post_models',
} %}

with

counts as (

    {% for fact, models in facts.items() -%}
    select
        '{{ fact }}' as fact,
        {% for model in var(models) -%}
        (select count(*) from {{ ref(model) }}) {%- if not loop.last %} + {% endif %}
        {% endfor -%}
        as staged_rows,
        (select count(*) from {{ ref(fact) }}) as fact_rows
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from counts
where staged_rows <> fact_rows
