{%- set response_days = 14 -%}
{%- set balance = 'case ' ~ nps_band('score') ~ " when 'promoter' then 1 when 'passive' then 0 when 'detractor' then -1 end" -%}
{%- set in_top_box = 'case when score >= top_box_min then 1 when score < top_box_min then 0 end' -%}
{#- the top three of seven points, the top two of five; other scales have no published box -#}
{%- set easy_from = 'case scale_max when 7 then 5 when 5 then 4 end' -%}
{%- set votes = [
    ('nps', 'standard', 'nps', 'is_latest', balance),
    ('nps', 'all_responses', 'nps', 'true', balance),
    ('csat', 'standard', 'csat', 'is_latest', in_top_box),
    ('csat', 'good_bad', 'good_bad', 'is_latest', in_top_box),
    ('csat_mean', 'standard', 'csat', 'is_latest', '100.0 * (score - scale_min) / (scale_max - scale_min)'),
    ('ces_ease', 'standard', 'ces', 'is_latest', '100.0 * (ease_score - scale_min) / (scale_max - scale_min)'),
    ('ces_effort', 'standard', 'ces', 'is_latest', '100.0 * (scale_max - ease_score) / (scale_max - scale_min)'),
    (
        'ces_pct_easy', 'standard', 'ces', 'is_latest',
        'case when ease_score >= ' ~ easy_from ~ ' then 1 when ease_score < ' ~ easy_from ~ ' then 0 end'
    ),
] -%}

with answers as (

    select * from {{ ref('int_kpi__answers_by_period') }}

),

trailing_counts as (

    select * from {{ ref('int_kpi__nps_trailing_counts') }}

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

votes as (

    {% for kpi_id, variant, metric, counts, points in votes %}
        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            grain,
            period_start,
            survey_id,
            country_code,
            cast({{ points }} as double) as numerator
        from answers
        where metric = '{{ metric }}' and {{ counts }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

scored as (

    select
        *,
        1 as denominator,
        1 as n,
        0 as n_immature,
        numerator * numerator as squares
    from votes
    where numerator is not null

),

{{ sums_of('scored', ['survey_id', 'country_code'], 'answered') }},

tallies as (

    select * from requested
    union all
    select * from answered
    union all
    select
        'nps_trailing_90d' as kpi_id,
        variant,
        grain,
        period_start,
        'all' as segment_type,
        'all' as segment,
        promoters - detractors as numerator,
        respondents as denominator,
        respondents as n,
        0 as n_immature,
        promoters + detractors as squares
    from trailing_counts

),

{{ measures_of([
    'nps', 'nps_trailing_90d', 'csat', 'csat_mean', 'ces_ease', 'ces_effort', 'ces_pct_easy', 'completion_rate', 'response_rate'
]) }}

select * from measures
