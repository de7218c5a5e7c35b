with days as (

    select period_start as on_day from {{ ref('int_kpi__periods') }} where grain = 'day'

)

select * from days
