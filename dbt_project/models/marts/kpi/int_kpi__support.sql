{%- set durations = [
    ('first_response_time', 'opened_on', 'first_response'),
    ('first_resolution_time', 'first_solved_on', 'first_resolution'),
    ('resolution_time', 'solved_on', 'resolution'),
] -%}
{%- set minutes = [
    ('mean_minutes', 'minutes'), ('business_mean_minutes', 'business'), ('business_last_schedule_mean_minutes', 'last_schedule')
] -%}
{%- set shares = [
    ('reopen_rate', 'standard', 'solved_on', 'reopens > 0', 'reopens is not null', 'true'),
    ('unreplied_rate', 'standard', 'opened_on', 'replies = 0', 'replies is not null', 'true'),
    ('first_contact_resolution', 'one_touch', 'solved_on', 'replies = 1', 'replies is not null', 'true'),
    ('first_contact_resolution', 'no_customer_reply', 'solved_on', 'customer_replies = 0', 'customer_replies is not null', 'true'),
    ('first_contact_resolution', 'standard', 'solved_on', 'is_solved_at_once', 'reopens is not null', 'is_quiet_over'),
    (
        'first_contact_resolution', 'net', 'solved_on', 'is_solved_at_once',
        'reopens is not null and is_solvable_at_level_one', 'is_quiet_over'
    ),
] -%}
{%- set segment_types = ['channel', 'country_code'] -%}

with cases as (

    select * from {{ ref('int_kpi__case_measures') }}

),

events as (

    {% for kpi_id, on_day, measure in durations %}
        {%- for variant, kind in minutes %}
            select
                '{{ kpi_id }}' as kpi_id,
                '{{ variant }}' as variant,
                {{ on_day }} as on_day,
                channel,
                country_code,
                {{ measure }}_{{ kind }} as numerator,
                1 as denominator,
                0 as immature
            from cases
            where {{ on_day }} is not null and {{ measure }}_{{ kind }} is not null
            union all
        {%- endfor %}
    {%- endfor %}

    {% for kpi_id, variant, on_day, is_hit, counts, is_mature in shares %}
        select
            '{{ kpi_id }}' as kpi_id,
            '{{ variant }}' as variant,
            {{ on_day }} as on_day,
            channel,
            country_code,
            case when {{ is_mature }} and {{ is_hit }} then 1 else 0 end as numerator,
            case when {{ is_mature }} then 1 else 0 end as denominator,
            case when {{ is_mature }} then 0 else 1 end as immature
        from cases
        where {{ on_day }} is not null and {{ counts }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

{{ tallies_of('events', segment_types, 'sums') }},

-- a percentile has no sum to divide, so it cannot be rolled up
percentiles as (

    {% for variant, fraction, of in [
        ('median_minutes', 0.5, 'mean_minutes'), ('p90_minutes', 0.9, 'mean_minutes'),
        ('business_median_minutes', 0.5, 'business_mean_minutes')
    ] %}
        select
            events.kpi_id,
            '{{ variant }}' as variant,
            period_days.grain,
            period_days.period_start,
            'all' as segment_type,
            'all' as segment,
            {{ percentile('events.numerator', fraction) }} as numerator,
            cast(null as bigint) as denominator,
            count(*) as n,
            0 as n_immature,
            cast(null as double) as squares
        from events
        inner join {{ ref('int_kpi__period_days') }} as period_days on events.on_day = period_days.on_day
        where events.variant = '{{ of }}'
        group by events.kpi_id, period_days.grain, period_days.period_start
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

tallies as (

    select * from sums
    union all
    select * from percentiles

),

{{ measures_of([
    'resolution_time', 'first_resolution_time', 'first_response_time', 'reopen_rate', 'unreplied_rate', 'first_contact_resolution'
]) }}

select * from measures
