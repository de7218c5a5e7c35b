with measures as (

    select * from {{ ref('int_kpi__measures') }}

),

months as (

    select * from measures where grain = 'month'

)

select * from months
