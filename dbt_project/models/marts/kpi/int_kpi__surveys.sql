{%- set response_days = 14 -%}

with answers as (

    select * from {{ ref('int_kpi__answers_by_period') }} where is_latest

),

requests as (

    select
        *,
        kind = 'case_rating' as can_mature,
        {{ plus_days('asked_at', response_days) }} as matures_at
    from {{ ref('fct_survey_requests') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

events as (

    select
        case requests.kind when 'survey' then 'completion_rate' else 'response_rate' end as kpi_id,
        case requests.kind when 'survey' then 'standard' else requests.kind end as variant,
        {{ local_date('requests.asked_at') }} as on_day,
        requests.source,
        case
            when can_mature and matures_at > as_of.as_of then 0
            when requests.kind = 'survey' and is_complete then 1
            when requests.kind = 'case_rating' and is_answered then 1
            else 0
        end as numerator,
        case when can_mature and matures_at > as_of.as_of then 0 else 1 end as denominator,
        case when can_mature and matures_at > as_of.as_of then 1 else 0 end as immature
    from requests
    cross join as_of

),

{{ tallies_of('events', ['source'], 'requested') }},

scored as (

    select
        case metric when 'csat' then 'csat_mean' else 'ces_effort' end as kpi_id,
        grain,
        period_start,
        100.0 * case metric
            when 'csat' then score - scale_min
            else scale_max - ease_score
        end / (scale_max - scale_min) as points
    from answers
    where metric = 'csat' or (metric = 'ces' and ease_score is not null)

),

tallies as (

    select * from requested
    union all
    select
        kpi_id,
        'standard' as variant,
        grain,
        period_start,
        'all' as segment_type,
        'all' as segment,
        sum(points) as numerator,
        count(*) as denominator,
        count(*) as n,
        0 as n_immature,
        sum(points * points) as squares
    from scored
    group by kpi_id, grain, period_start

),

{{ measures_of(['csat_mean', 'ces_effort', 'completion_rate', 'response_rate']) }}

select * from measures
