-- nothing measured is NULL, something measured never is, and a value lies inside its interval

with measures as (

    select * from {{ ref('int_kpi__measures') }}

)

select *
from measures
where
    (denominator = 0 and value is not null)
    or (denominator <> 0 and value is null)
    or interval_low > interval_high
