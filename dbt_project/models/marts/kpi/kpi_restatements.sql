{#- a sum of doubles may differ in its last digits without any change -#}
{%- set noise = '1e-9' -%}
{%- set key = ['kpi_id', 'variant', 'grain', 'period_start', 'segment_type', 'segment'] -%}

with published as (

    select * from {{ source('publication_state', 'kpi_period') }}

),

published_restatements as (

    select * from {{ source('publication_state', 'kpi_restatements') }}

),

published_feedback as (

    select * from {{ source('publication_state', 'feedback') }}

),

published_orders as (

    select * from {{ source('publication_state', 'orders') }}

),

published_cases as (

    select * from {{ source('publication_state', 'cases') }}

),

erased_facts as (

    select * from {{ source('publication_state', 'erased_facts') }}

),

current_periods as (

    select * from {{ ref('kpi_period') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

cases as (

    select * from {{ ref('fct_cases') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

last_publication as (

    select max(as_of) as published_as_of from published

),

-- only months that were over when they were published, by what they were cut then; a running month is expected to move
complete as (

    select distinct
        kpi_id,
        variant,
        grain,
        period_start,
        segment_type
    from published
    where is_complete

),

side_by_side as (

    select
        complete.kpi_id,
        complete.variant,
        complete.grain,
        complete.period_start,
        complete.segment_type,
        coalesce(current_periods.segment, published.segment) as segment,
        published.numerator as published_numerator,
        published.denominator as published_denominator,
        published.value as published_value,
        published.n as published_n,
        published.n_immature as published_immature,
        current_periods.numerator,
        current_periods.denominator,
        current_periods.value,
        current_periods.n,
        current_periods.n_immature
    from published
    full outer join current_periods
        on
            published.kpi_id = current_periods.kpi_id
            and published.variant = current_periods.variant
            and published.grain = current_periods.grain
            and published.period_start = current_periods.period_start
            and published.segment_type = current_periods.segment_type
            and published.segment = current_periods.segment
    inner join complete
        on
            coalesce(current_periods.kpi_id, published.kpi_id) = complete.kpi_id
            and coalesce(current_periods.variant, published.variant) = complete.variant
            and coalesce(current_periods.grain, published.grain) = complete.grain
            and coalesce(current_periods.period_start, published.period_start) = complete.period_start
            and coalesce(current_periods.segment_type, published.segment_type) = complete.segment_type

),

moved as (

    select *
    from side_by_side
    where
        coalesce(n, -1) <> coalesce(published_n, -1)
        {%- for column in ['numerator', 'denominator', 'value'] %}
        or ({{ column }} is null) <> (published_{{ column }} is null)
        or abs({{ column }} - published_{{ column }}) > {{ noise }} * greatest(1, abs({{ column }}))
        {%- endfor %}

),

-- what became of each record since, and the day whose figures it touches
changed_feedback as (

    select
        coalesce(feedback.feedback_id, published_feedback.feedback_id) as record_id,
        case coalesce(feedback.metric, published_feedback.metric)
            when 'good_bad' then 'csat'
            else coalesce(feedback.metric, published_feedback.metric)
        end as facts,
        case
            when published_feedback.feedback_id is null then 'late answer'
            when feedback.feedback_id is null then 'removed answer'
            when coalesce(feedback.score, -1) <> coalesce(published_feedback.score, -1) then 'changed answer'
            when feedback.responded_at <> published_feedback.responded_at then 'changed answer'
            when coalesce(feedback.customer_id, '') <> coalesce(published_feedback.customer_id, '') then 'merge or split'
        end as cause,
        {{ local_date('feedback.responded_at') }} as on_day,
        {{ local_date('published_feedback.responded_at') }} as published_on
    from feedback
    full outer join published_feedback on feedback.feedback_id = published_feedback.feedback_id

),

changed_orders as (

    select
        coalesce(orders.order_id, published_orders.order_id) as record_id,
        'orders' as facts,
        case
            when published_orders.order_id is null then 'late order'
            when orders.order_id is null then 'removed order'
            when coalesce(orders.refunded_minor, 0) <> coalesce(published_orders.refunded_minor, 0) then 'refund'
            when orders.status <> published_orders.status then 'changed order'
            when orders.net_amount_minor <> published_orders.net_amount_minor then 'changed order'
            when orders.ordered_on <> published_orders.ordered_on then 'changed order'
            when coalesce(orders.customer_id, '') <> coalesce(published_orders.customer_id, '') then 'merge or split'
        end as cause,
        orders.ordered_on as on_day,
        published_orders.ordered_on as published_on
    from orders
    full outer join published_orders on orders.order_id = published_orders.order_id

),

changed_cases as (

    select
        coalesce(cases.case_id, published_cases.case_id) as record_id,
        'cases' as facts,
        case
            when published_cases.case_id is null then 'late case'
            when cases.case_id is null or (cases.is_deleted and not published_cases.is_deleted) then 'removed case'
            when coalesce(cases.reopens, 0) > coalesce(published_cases.reopens, 0) then 'reopened case'
            when
                published_cases.status in ('solved', 'closed')
                and (cases.status not in ('solved', 'closed') or cases.solved_at > published_cases.solved_at)
                then 'reopened case'
            when cases.status in ('solved', 'closed') and published_cases.status not in ('solved', 'closed') then 'solved case'
            when coalesce(cases.customer_id, '') <> coalesce(published_cases.customer_id, '') then 'merge or split'
        end as cause,
        {{ local_date('cases.opened_at') }} as opened_on,
        {{ local_date('cases.solved_at') }} as solved_on,
        {{ local_date('published_cases.solved_at') }} as published_on
    from cases
    full outer join published_cases on cases.case_id = published_cases.case_id

),

touched as (

    {% for table, days in [
        ('changed_feedback', ['on_day', 'published_on']),
        ('changed_orders', ['on_day', 'published_on']),
        ('changed_cases', ['opened_on', 'solved_on', 'published_on']),
    ] %}
    {%- set is_last_table = loop.last %}
    {%- for day in days %}
    select
        facts,
        cause,
        record_id,
        cast({{ dbt.date_trunc('month', day) }} as date) as month
    from {{ table }}
    where cause is not null and {{ day }} is not null
    {% if not (loop.last and is_last_table) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}

),

by_month as (

    select
        facts,
        cause,
        month,
        count(distinct record_id) as records
    from touched
    group by facts, cause, month
    union all
    -- what people who were erased had said, bought and asked stands nowhere any more: its number does
    select
        facts,
        'erasure' as cause,
        month,
        sum(records) as records
    from erased_facts
    group by facts, month

),

-- what adds up over time is touched by every earlier month
reasons as (

    select
        moved.*,
        by_month.cause as evident_cause,
        sum(by_month.records) as records
    from moved
    inner join catalog on moved.kpi_id = catalog.kpi_id and moved.variant = catalog.variant
    left join by_month
        on
            catalog.facts = by_month.facts
            and (
                moved.period_start = by_month.month
                or (catalog.is_cumulative and moved.period_start > by_month.month)
            )
    group by all

),

ranked as (

    select
        *,
        row_number() over (partition by {{ key | join(', ') }} order by records desc nulls last, evident_cause) as cause_rank
    from reasons

),

restated as (

    select
        {{ key | join(',
        ') }},
        max(published_value) as published_value,
        max(value) as value,
        max(value) - max(published_value) as change,
        max(published_n) as published_n,
        max(n) as n,
        coalesce(
            max(case when cause_rank = 1 then evident_cause end),
            case when max(n_immature) < max(published_immature) then 'matured' end,
            'other'
        ) as cause,
        string_agg(
            evident_cause || ' ' || cast(cast(records as bigint) as {{ dbt.type_string() }}), ', ' order by cause_rank
        ) as causes
    from ranked
    group by {{ key | join(', ') }}

),

restatements as (

    select
        restated_at,
        published_as_of,
        {{ key | join(',
        ') }},
        published_value,
        value,
        change,
        published_n,
        n,
        cause,
        causes
    from published_restatements
    union all
    select
        as_of.as_of as restated_at,
        last_publication.published_as_of,
        {{ key | join(',
        ') }},
        restated.published_value,
        restated.value,
        restated.change,
        restated.published_n,
        restated.n,
        restated.cause,
        restated.causes
    from restated
    cross join as_of
    cross join last_publication

)

select * from restatements
