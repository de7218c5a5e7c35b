-- two initiatives for the same benefit, the same people and the same months would both claim it

with initiatives as (

    select * from {{ ref('initiatives') }}

)

select
    one.initiative_id,
    other.initiative_id as other_initiative_id
from initiatives as one
inner join initiatives as other
    on
        one.aims_at = other.aims_at
        and coalesce(one.segment, '') = coalesce(other.segment, '')
        and one.initiative_id < other.initiative_id
        and one.starts_on < other.ends_on
        and other.starts_on < one.ends_on
