{#-
    Per kind of record: what it is counted as, what it is called, its key, which column says that it was told at all, how one version
    differs from the other (the first that holds is the cause), and by which days it enters a month. `told` is now, `published` then.
-#}
{%- set kinds = [
    {
        'rows': 'feedback', 'facts': "case coalesce(told.metric, published.metric) when 'good_bad' then 'csat' else coalesce(told.metric, published.metric) end",
        'word': 'answer', 'keys': ['feedback_id'], 'told_by': 'feedback_id', 'changes': [
            ('changed answer', 'coalesce(told.score, -1) <> coalesce(published.score, -1)'),
            ('changed answer', 'told.responded_at <> published.responded_at'),
        ],
        'on_day': local_date('told.responded_at'), 'published_on': local_date('published.responded_at'),
    },
    {
        'rows': 'orders', 'facts': "'orders'", 'word': 'order', 'keys': ['order_id'], 'told_by': 'order_id', 'changes': [
            ('refund', 'coalesce(told.refunded_minor, 0) <> coalesce(published.refunded_minor, 0)'),
            ('changed order', 'told.status <> published.status'),
            ('changed order', 'told.net_amount_minor <> published.net_amount_minor'),
            ('changed order', 'told.ordered_on <> published.ordered_on'),
        ],
        'on_day': 'told.ordered_on', 'published_on': 'published.ordered_on',
    },
    {
        'rows': 'cases', 'facts': "'cases'", 'word': 'case', 'keys': ['case_id'], 'told_by': 'case_id', 'changes': [
            ('removed case', 'told.is_deleted and not published.is_deleted'),
            ('reopened case', 'coalesce(told.reopens, 0) > coalesce(published.reopens, 0)'),
            (
                'reopened case',
                "published.status in ('solved', 'closed')"
                ~ " and (told.status not in ('solved', 'closed') or told.solved_at > published.solved_at)"
            ),
            ('solved case', "told.status in ('solved', 'closed') and published.status not in ('solved', 'closed')"),
            ('answered case', 'coalesce(told.replies, -1) <> coalesce(published.replies, -1)'),
            ('answered case', 'coalesce(told.customer_replies, -1) <> coalesce(published.customer_replies, -1)'),
            ('answered case', 'coalesce(told.first_reply_minutes, -1) <> coalesce(published.first_reply_minutes, -1)'),
            ('changed case', "coalesce(told.issue_key, '') <> coalesce(published.issue_key, '')"),
        ],
        'on_day': local_date('told.solved_at'), 'published_on': local_date('published.solved_at'),
        'opened_on': local_date('coalesce(told.opened_at, published.opened_at)'),
    },
    {
        'rows': 'movements', 'facts': "'subscriptions'", 'word': 'billing', 'keys': ['customer_id', 'month'],
        'told_by': 'customer_id', 'changes': [
            ('changed billing', 'abs(told.opening_mrr - published.opening_mrr) > 1e-6'),
            ('changed billing', 'abs(told.closing_mrr - published.closing_mrr) > 1e-6'),
        ],
        'on_day': 'told.month', 'published_on': 'published.month',
    },
    {
        'rows': 'customers', 'facts': "'leads'", 'word': 'lead', 'keys': ['customer_id'], 'told_by': 'lead_created_at', 'changes': [
            ('changed lead', 'told.lead_created_at <> published.lead_created_at'),
            (
                'changed lead',
                "told.lead_created_at is not null and coalesce(told.acquisition_source, '') <> coalesce(published.acquisition_source, '')"
            ),
            ('changed lead', 'told.lead_created_at is not null and told.is_test <> published.is_test'),
        ],
        'on_day': local_date('told.lead_created_at'), 'published_on': local_date('published.lead_created_at'),
    },
] -%}

with published_customers as (

    select * from {{ source('publication_state', 'customers') }}

),

published_feedback as (

    select * from {{ source('publication_state', 'feedback') }} where metric is not null

),

published_orders as (

    select * from {{ source('publication_state', 'orders') }}

),

published_cases as (

    select * from {{ source('publication_state', 'cases') }}

),

published_movements as (

    select * from {{ source('publication_state', 'mrr_movements') }}

),

regroupings as (

    select * from {{ ref('int_customer_360__regroupings') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }} where metric is not null

),

orders as (

    select * from {{ ref('fct_orders') }}

),

cases as (

    select * from {{ ref('fct_cases') }}

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

-- ids that were published and are no more, ids that were not published yet
since_published as (

    select regroupings.*
    from regroupings
    left join published_customers on regroupings.customer_id = published_customers.customer_id
    where (regroupings.cause = 'split') = (published_customers.customer_id is null)

),

named as (

    select
        customer_id,
        cause
    from since_published
    union all
    select
        other_id as customer_id,
        cause
    from since_published
    where other_id is not null

),

regrouped as (

    select
        customer_id,
        max(cause) as cause
    from named
    group by customer_id

),

-- what a customer pays in a month is the record of billing
compared as (

    {% for kind in kinds %}
        select
            {{ kind.facts }} as facts,
            coalesce(told.{{ kind['keys'][0] }}, published.{{ kind['keys'][0] }}) as record_id,
            told.customer_id,
            published.customer_id as published_customer_id,
            case
                when published.{{ kind.told_by }} is null and told.{{ kind.told_by }} is not null then 'late {{ kind.word }}'
                when told.{{ kind.told_by }} is null and published.{{ kind.told_by }} is not null then 'removed {{ kind.word }}'
                {% for cause, condition in kind.changes -%}
                    when {{ condition }} then '{{ cause }}'
                {% endfor -%}
            end as cause,
            {{ kind.on_day }} as on_day,
            {{ kind.published_on }} as published_on,
            {{ kind.opened_on or 'cast(null as date)' }} as opened_on
        from {{ kind.rows }} as told
        full outer join published_{{ kind.rows }} as published
            on
                {% for key in kind['keys'] -%}
                    told.{{ key }} = published.{{ key }}
                    {% if not loop.last %}and {% endif %}
                {%- endfor %}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- what became of the customer explains what became of the record
explained as (

    select
        compared.facts,
        compared.record_id,
        case
            when compared.cause is null and coalesce(compared.customer_id, '') = coalesce(compared.published_customer_id, '') then null
            when published_regrouped.cause = 'erasure' then 'erasure'
            when compared.facts in ('subscriptions', 'leads') then coalesce(published_regrouped.cause, regrouped.cause, compared.cause)
            else coalesce(compared.cause, published_regrouped.cause, regrouped.cause, 'changed customer')
        end as cause,
        compared.on_day,
        compared.published_on,
        compared.opened_on
    from compared
    left join regrouped on compared.customer_id = regrouped.customer_id
    left join regrouped as published_regrouped on compared.published_customer_id = published_regrouped.customer_id

),

changed as (

    {% for day in ['on_day', 'published_on', 'opened_on'] %}
        select
            facts,
            cause,
            record_id,
            cast({{ dbt.date_trunc('month', day) }} as date) as month
        from explained
        where cause is not null and {{ day }} is not null
        {% if not loop.last %}union{% endif %}
    {%- endfor %}

)

select * from changed
