-- every score from 0 to 10, in steps of a twentieth, falls in a band, and nothing outside does

with scores as (

    select unnest(generate_series(-40, 240)) / 20.0 as score

),

banded as (

    select
        score,
        {{ nps_band('score') }} as band
    from scores

)

select *
from banded
where (score between 0 and 10) <> (band is not null)
