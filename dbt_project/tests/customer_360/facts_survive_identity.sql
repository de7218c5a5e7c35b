-- Joining customers on neither drops nor multiplies facts.

{%- set facts = {
    'fct_feedback': 'feedback_models',
    'fct_cases': 'case_models',
    'fct_orders': 'order_models',
    'fct_subscriptions': 'contract_models',
    'fct_billing_periods': 'billing_period_models',
    'fct_social_posts': 'social_post_models',
    'fct_web_sessions': 'web_session_models',
    'fct_encounters': 'encounter_models',
} %}

with

{% for fact, models in facts.items() -%}
    staged_{{ fact }} as (

        {{ rows_of(models) }}

    ),

{% endfor -%}

counts as (

    {% for fact in facts -%}
        select
            '{{ fact }}' as fact,
            (select count(*) from staged_{{ fact }}) as staged_rows,
            (select count(*) from {{ ref(fact) }}) as fact_rows
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from counts
where staged_rows <> fact_rows
