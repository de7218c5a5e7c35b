with measures as (

    select * from {{ ref('int_kpi__measures') }}

),

days as (

    select * from measures where grain = 'day'

)

select * from days
