-- every answer falls in one class, and promoters, passives and detractors of the trailing figure are all its respondents

with answers as (

    select * from {{ ref('int_kpi__survey_answers') }} where metric = 'nps'

),

trailing_counts as (

    select * from {{ ref('int_kpi__nps_trailing_counts') }}

),

unclassed as (

    select
        feedback_id as record,
        score as found
    from answers
    where {{ nps_band('score') }} is null

),

uneven as (

    select
        cast(period_start as {{ dbt.type_string() }}) as record,
        respondents as found
    from trailing_counts
    where
        promoters + passives + detractors <> respondents
        or promoters < 0
        or passives < 0
        or detractors < 0

)

select * from unclassed
union all
select * from uneven
