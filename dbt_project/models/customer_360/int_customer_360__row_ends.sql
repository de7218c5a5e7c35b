{%- set text = dbt.type_string() %}
{#- what rows become: its reference, its customer, where it stands, and whether several of its rows share a reference -#}
{%- set facts = {
    'customer_records': ['node_id', 'customer_id', ref('int_customer_360__members'), false],
    'accounts': ['account_key', 'account_id', 'accounts', false],
    'orders': ['order_id', 'customer_id', ref('fct_orders'), false],
    'cases': ['case_id', 'customer_id', ref('fct_cases'), false],
    'feedback': ['feedback_id', 'customer_id', ref('fct_feedback'), false],
    'answers': ["split_part(feedback_id, '/', 1)", 'customer_id', ref('fct_feedback'), true],
    'touchpoints': ['reference', 'customer_id', ref('fct_touchpoints'), true],
    'subscriptions': ['subscription_id', 'customer_id', ref('fct_subscriptions'), false],
    'billing_periods': ['billing_period_id', 'customer_id', ref('fct_billing_periods'), false],
    'social_posts': ['post_id', 'customer_id', ref('fct_social_posts'), false],
    'web_sessions': ['session_id', 'customer_id', ref('fct_web_sessions'), false],
    'encounters': ['encounter_id', 'customer_id', ref('fct_encounters'), false],
    'campaign_spend': [
        "campaign_id || '/' || cast(spent_on as " ~ text ~ ")", 'cast(null as ' ~ text ~ ')', ref('fct_campaign_spend'), false
    ],
} %}

with

members as (

    select * from {{ ref('int_customer_360__members') }}

),

account_memberships as (

    select * from {{ source('identity_state', 'account_xref') }}
    where valid_to is null

),

account_records as (

    select * from {{ ref('int_identity__account_records') }}

),

customer_accounts as (

    select distinct account_id from {{ ref('int_customer_360__customer_accounts') }}

),

-- records of organisations, with their account where customers belong to it
accounts as (

    select
        account_records.account_key,
        account_records.source,
        customer_accounts.account_id
    from account_records
    inner join account_memberships on account_records.account_key = account_memberships.account_key
    left join customer_accounts on account_memberships.account_id = customer_accounts.account_id

),

followed as (

    {% for source, resources in row_ends().items() -%}
        {% for resource, told in resources.items() if 'serves' not in told and 'unread' not in told -%}
            {{ followed_rows(source, resource, told, facts) }}
            union all
        {% endfor %}
    {%- endfor -%}
    select
        cast(null as {{ text }}) as source,
        cast(null as {{ text }}) as resource,
        cast(null as {{ text }}) as fact,
        cast(null as {{ text }}) as cause,
        false as is_found,
        false as is_of_customer,
        false as names_somebody,
        cast(null as {{ text }}) as asked_node_id,
        cast(null as bigint) as row_count
    where false

),

outcomes as (

    select
        followed.source,
        followed.resource,
        followed.fact,
        followed.cause,
        case
            when followed.is_of_customer then 'attributed'
            when followed.cause is not null then 'left_out'
            -- what nobody we know did is no touchpoint
            when not followed.is_found and followed.fact <> 'touchpoints' then 'lost'
            when members.node_id is not null then 'lost'
            when not followed.names_somebody then 'without_identifiers'
            else 'unattributed'
        end as outcome,
        sum(followed.row_count) as row_count
    from followed
    left join members on followed.asked_node_id = members.node_id
    group by all

),

row_ends as (

    select
        source,
        resource,
        fact,
        -- the table that readers find it in, row by row; the others are summed in figures
        case
            when fact = 'answers' then 'feedback'
            when fact in ('customer_records', 'orders', 'cases', 'feedback', 'touchpoints') then fact
        end as published_as,

        {% for outcome in ['left_out', 'without_identifiers', 'unattributed', 'attributed', 'lost'] -%}
            cast(sum(case when outcome = '{{ outcome }}' then row_count else 0 end) as bigint) as {{ outcome }},
        {% endfor -%}
        string_agg(
            case when outcome = 'left_out' and row_count > 0 then cause || ' ' || cast(row_count as {{ text }}) end,
            ', ' order by cause
        ) as causes
    from outcomes
    group by source, resource, fact

),

-- what readers have to find of a fact that they are given row by row
facts_of_customers as (

    {% for fact in ['orders', 'cases', 'feedback', 'touchpoints'] -%}
        select
            '{{ fact }}' as fact,
            source,
            count(customer_id) as fact_rows
        from {{ ref('fct_' ~ fact) }}
        group by source
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- of the tables whose rows become a fact the one that gives most of them stands for all of it
ranked as (

    select
        *,
        row_number() over (
            partition by source, published_as
            order by attributed desc, resource asc
        ) as nth
    from row_ends

),

with_facts as (

    select
        ranked.source,
        ranked.resource,
        ranked.fact,
        ranked.published_as,

        ranked.left_out,
        ranked.without_identifiers,
        ranked.unattributed,
        ranked.attributed,
        ranked.lost,
        facts_of_customers.fact_rows,

        ranked.causes
    from ranked
    left join facts_of_customers
        on
            ranked.nth = 1
            and ranked.published_as = facts_of_customers.fact
            and ranked.source = facts_of_customers.source

)

select * from with_facts
