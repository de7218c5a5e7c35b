-- Joining customers on neither drops nor multiplies facts.

with

counts as (

    select
        'cases' as fact,
        (select count(*) from {{ ref('stg_zendesk_support__tickets') }}) as staged_rows,
        (select count(*) from {{ ref('fct_cases') }}) as fact_rows
    union all
    select
        'subscriptions' as fact,
        (select count(*) from {{ ref('stg_stripe__subscriptions') }} where not is_test_mode) as staged_rows,
        (select count(*) from {{ ref('fct_subscriptions') }}) as fact_rows
    union all
    select
        'posts' as fact,
        (select count(*) from {{ ref('stg_brandwatch__mentions') }}) as staged_rows,
        (select count(*) from {{ ref('fct_social_posts') }}) as fact_rows
    union all
    select
        'ratings' as fact,
        (select count(*) from {{ ref('stg_zendesk_support__satisfaction_ratings') }} where score in ('good', 'bad'))
            as staged_rows,
        (select count(*) from {{ ref('fct_feedback') }} where kind = 'case_rating') as fact_rows

)

select * from counts
where staged_rows <> fact_rows
